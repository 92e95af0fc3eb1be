"""The parts of the HTML report; `dcr/reporters/html.py` puts them together."""

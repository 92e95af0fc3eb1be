"""The parts of the HTML report; `dcr/rendering/reports/html.py` puts them together."""

"""What the reading commands show: records of the registry in, text out. Only they know how a page is laid out.

Each module has a page of its own for people, `page(…, style)`, and the same as plain values, `document(…)`.
"""

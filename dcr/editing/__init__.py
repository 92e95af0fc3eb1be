"""Edits contracts and acceptances in the working tree: finds the file, computes the new text, writes it."""

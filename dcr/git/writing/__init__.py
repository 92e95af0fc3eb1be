"""Writes files to the working tree and creates temporary repositories."""

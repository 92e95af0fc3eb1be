"""Judges the changed files of a check in portions, so that their number does not decide how much memory it takes.

A file is judged with the files that define the same datasets, and with no others. Most define one dataset on both
sides, which no other file defines: these are judged in a first pass, as they are read. For the others, the first pass
reads the ids, and a second one judges those that share ids together.
"""

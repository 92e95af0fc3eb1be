"""What a repository decides for itself: its policy, and the breaks it accepts. Reads text, not git."""

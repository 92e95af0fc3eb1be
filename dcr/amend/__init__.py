"""What the commands that edit do: find the files, work out their new content, write it whole or not at all."""

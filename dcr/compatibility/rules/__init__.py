"""One file per kind of issue; a file's docstring is the kind's manual. Found by walking this folder."""

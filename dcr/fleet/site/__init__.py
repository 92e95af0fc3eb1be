"""Pages over all repositories of a fleet: their data, their HTML, and the files of dcr fleet site."""

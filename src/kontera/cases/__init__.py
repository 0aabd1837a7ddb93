"""What cannot move: the catalogue of problems, holding and letting go. See README.md."""

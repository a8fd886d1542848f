"""Records and rejects: whole lines, atomic files, compression."""

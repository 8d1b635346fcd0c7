"""Who is answered what, everywhere: the tables are written by hand from the rules of the house, the rest only reads and tries them."""

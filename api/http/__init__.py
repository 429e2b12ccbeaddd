"""What every request and answer has in common: who asks, whose books, how it is said on the wire, what is kept and limited."""

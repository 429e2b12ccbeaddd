"""Recording (入账): entries, receipts, figures, and how lines name each other."""

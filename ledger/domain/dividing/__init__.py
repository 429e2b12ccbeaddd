"""Dividing (分配): from an entry to what is due, pool by pool."""

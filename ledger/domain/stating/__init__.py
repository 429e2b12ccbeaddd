"""Stating (结算): what is due less what was said, by cause; closings, bridges, payments."""

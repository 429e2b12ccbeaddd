"""Facts (认定事实): what both sides certify, and what waits until they do."""

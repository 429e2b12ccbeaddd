"""Agreeing (会签): agreements, facts and figures are put forward, signed, confirmed, accepted."""

"""The search for the worlds that published facts allow."""

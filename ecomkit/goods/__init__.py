"""Goods: what will sell, how much to buy, and what to do with what does not move."""

"""Nouns as several families write them."""

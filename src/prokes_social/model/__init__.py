"""The nouns that travel between the steps: frozen, without input or output."""

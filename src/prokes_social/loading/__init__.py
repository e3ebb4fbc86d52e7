"""Everything that reads text or tables: files in, nouns with the place of each part out, or Problems."""

"""Question and Test Interoperability (1EdTech), versions 1.2, 2.1, 2.2 and 3.0."""

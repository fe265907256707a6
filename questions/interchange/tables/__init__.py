"""Tables: CSV and TSV files, of this service and of others."""

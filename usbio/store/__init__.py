"""What visits are looked up in: rows made from the journals, which can be made from them again."""

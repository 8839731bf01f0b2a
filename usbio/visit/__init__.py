"""A clinic visit as a reducer: what happened is kept as facts, everything else follows from them."""

"""How checks are run and their evidence is kept: rooms, keys, artefacts, workers, records."""

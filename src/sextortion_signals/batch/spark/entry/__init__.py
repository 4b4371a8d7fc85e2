"""Programs for spark-submit, alone in their folder: Spark puts the folder of a program first on the import path."""

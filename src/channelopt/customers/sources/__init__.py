"""Where customers come from: Parquet, CSV, DuckDB, Arrow and pandas, in batches of rows."""

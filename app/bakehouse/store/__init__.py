"""The only room that speaks SQL: opening a store, short reads by subject, and writes as MLflow itself makes them."""

"""Tables, migrations, secrets and the database server itself. See README.md."""

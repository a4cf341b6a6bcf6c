"""Price-directed choice: every unit takes one option, shared rows couple them; no domain here."""

"""How well what newsrooms really get is read: each format against the folder of examples that holds it."""

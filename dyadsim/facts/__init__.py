"""Published numbers the model is calibrated on (`facts.csv`) and the rule that judges them."""

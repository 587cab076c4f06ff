"""The science: parameters, variables, mechanisms, worlds, questionnaires (ODD.md)."""

"""Pictures of runs that draw themselves: parallel coordinates and metric history, as plain widgets over numpy."""

"""Qt item models over columns, trees and registry values; they know no widget and read no store."""

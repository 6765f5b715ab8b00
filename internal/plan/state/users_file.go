package state

// UsersFile declares how users.csv is read: its form, what its columns are called, and which of its rows count.
type UsersFile struct {
	Windows1252 bool // encoding: windows-1252
	Delimiter   rune // 0: told by the header

	Email, Manager, Hours Column
	Days, ID              Column // no name: the file has none
	Status, Starts, Ends  Column
	Protect               Column // groups named like its values are protected
	Fields                []FieldColumn

	ActiveValues     []string // the statuses of those who are there, with Status
	SkipWithoutEmail bool     // rows without an email are counted; else each is a problem
	Only             []OnlyRows
	WeeklyHours      float64 // hours of a week of those whose cell is blank; negative: they are left as they are
	WorkingDays      int     // by how many days the hours of a week are divided, where the row does not say
	Unsure           bool    // the config could not be read: nobody knows what the columns are called
}

// Column is a column of users.csv and where the config names it. The zero place means that the name is the default.
type Column struct {
	Name string
	At   Source
}

// FieldColumn is a column that fills a custom field.
type FieldColumn struct {
	Column
	Field string
}

// OnlyRows limits the rows to those that have one of the values in a column.
type OnlyRows struct {
	Column
	Values []string
}

package responses

// ProgrammeStore reads programme tests and what several campaigns showed.
type ProgrammeStore interface{}

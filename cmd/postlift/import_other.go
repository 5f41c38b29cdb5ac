package main

// otherImportKinds are the kinds of files that stages after accounts read.
func otherImportKinds() map[string]importKind {
	return map[string]importKind{}
}

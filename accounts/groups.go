package accounts

// TopParent follows parents (key to parent's key) to the topmost company. Companies that own each other
// in a ring form one group under the ring's smallest key.
func TopParent(key string, parents map[string]string) string {
	seen := map[string]bool{}
	for {
		parent, ok := parents[key]
		if !ok {
			return key
		}
		if seen[key] {
			return smallestInRing(key, parents)
		}
		seen[key] = true
		key = parent
	}
}

func smallestInRing(start string, parents map[string]string) string {
	least := start
	for k := parents[start]; k != start; k = parents[k] {
		least = min(least, k)
	}
	return least
}

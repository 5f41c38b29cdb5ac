package merge

import (
	"fmt"
	"slices"
	"strings"
)

// What a filter makes of its input is told when a text is read, so that no letter stops at a wrong kind.

// takes accepts the given kinds and gives one.
func takes(gives Kind, kinds ...Kind) func(*compiler, *expr, []operand) (Kind, string, error) {
	return func(_ *compiler, e *expr, _ []operand) (Kind, string, error) {
		if e.kind == open || slices.Contains(kinds, e.kind) {
			return gives, "", nil
		}
		return 0, "", wrongKind(e, kinds)
	}
}

func wrongKind(e *expr, kinds []Kind) error {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.String()
	}
	return fmt.Errorf("%s is of kind %s here, and the filter takes %s", e.head.name, e.kind, strings.Join(names, " or "))
}

// scalar accepts what is printed as it is.
func scalar(gives Kind) func(*compiler, *expr, []operand) (Kind, string, error) {
	return func(_ *compiler, e *expr, args []operand) (Kind, string, error) {
		for _, a := range args {
			if a.kind != String && a.kind != Number && a.kind != open {
				return 0, "", fmt.Errorf("%s is of kind %s and cannot be added to a text", a.name, a.kind)
			}
		}
		return takes(gives, String, Number)(nil, e, nil)
	}
}

func checkDefault(_ *compiler, e *expr, args []operand) (Kind, string, error) {
	k := args[0].kind
	switch {
	case k == e.kind && args[0].elem == e.elem:
		return e.kind, e.elem, nil
	case e.kind == Day || e.kind == Amount:
		return 0, "", fmt.Errorf("%s is of kind %s and its default is not: format first, as in {{ %s | %s | default: … }}", e.head.name, e.kind, e.head.name, map[Kind]string{Day: "date", Amount: "money"}[e.kind])
	case e.kind == List || e.kind == group || k == List || k == group || k == Day || k == Amount:
		return 0, "", fmt.Errorf("%s is of kind %s, which cannot have a default of kind %s", e.head.name, e.kind, k)
	case e.kind == Image:
		return Image, "", nil
	}
	return open, "", nil
}

// checkForm accepts the kinds, and one of the forms as argument.
func checkForm(gives Kind, forms []string, kinds ...Kind) func(*compiler, *expr, []operand) (Kind, string, error) {
	return func(_ *compiler, e *expr, args []operand) (Kind, string, error) {
		for _, a := range args {
			if a.slot != constant || !slices.Contains(forms, a.lit.s) {
				given := a.name
				if a.slot == constant {
					given, _ = a.lit.printed("")
				}
				return 0, "", fmt.Errorf("form %q is not known%s: use %s", given, didYouMean(forms, given), strings.Join(forms, ", "))
			}
		}
		return takes(gives, kinds...)(nil, e, nil)
	}
}

func checkDecimals(_ *compiler, e *expr, args []operand) (Kind, string, error) {
	for _, a := range args {
		if a.lit.kind != vWhole || a.lit.n < 0 || a.lit.n > 6 {
			return 0, "", fmt.Errorf("the number of decimals must be a whole number from 0 to 6")
		}
	}
	return takes(String, Number)(nil, e, nil)
}

// fieldOf is the kind of a list's field that an argument names.
func fieldOf(c *compiler, e *expr, a operand) (Kind, error) {
	if a.slot != constant || a.lit.kind != vText {
		return 0, fmt.Errorf("the field is written in quotes")
	}
	if e.kind == open {
		return open, nil
	}
	full := e.elem + "." + a.lit.s
	k, ok := c.vars[full]
	if !ok {
		return 0, fmt.Errorf("the elements of %s have no field %q%s", e.head.name, a.lit.s, didYouMean(c.vars.fields(e.elem), a.lit.s))
	}
	c.uses[full] = true
	return k, nil
}

func checkJoin(c *compiler, e *expr, args []operand) (Kind, string, error) {
	if len(args) == 2 {
		if k, err := fieldOf(c, e, args[1]); err != nil || k == Day || k == Amount || k == List {
			return 0, "", firstError(err, fmt.Errorf("field %s is of kind %s: walk the list with for and format each", args[1].lit.s, k))
		}
	} else if e.elem != "" && c.vars.Group(e.elem) {
		return 0, "", fmt.Errorf(`%s has elements of several fields: name one, as in join: ", ", %q`, e.head.name, c.vars.fields(e.elem)[0])
	}
	return takes(String, List)(nil, e, nil)
}

func checkMap(c *compiler, e *expr, args []operand) (Kind, string, error) {
	if k, err := fieldOf(c, e, args[0]); err != nil || k == Day || k == Amount || k == List {
		return 0, "", firstError(err, fmt.Errorf("field %s is of kind %s: walk the list with for and format each", args[0].lit.s, k))
	}
	return takes(List, List)(nil, e, nil)
}

func checkElement(c *compiler, e *expr, _ []operand) (Kind, string, error) {
	if e.kind == List && e.elem != "" && c.vars.Group(e.elem) {
		return group, e.elem, nil
	}
	return takes(open, List)(nil, e, nil)
}

func checkSum(c *compiler, e *expr, args []operand) (Kind, string, error) {
	k, err := fieldOf(c, e, args[0])
	if err != nil {
		return 0, "", err
	}
	if k != Amount && k != Number && k != open {
		return 0, "", fmt.Errorf("field %s is of kind %s and cannot be summed", args[0].lit.s, k)
	}
	return takes(k, List)(nil, e, nil)
}

func checkPerson(forms ...string) func(*compiler, *expr, []operand) (Kind, string, error) {
	return func(c *compiler, e *expr, args []operand) (Kind, string, error) {
		if _, person := c.vars[e.elem+".last_name"]; e.kind != group || !person {
			return 0, "", fmt.Errorf("%s is no person: write {{ contact | … }}", e.head.name)
		}
		return checkForm(String, forms, group)(c, e, args)
	}
}

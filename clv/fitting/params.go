package fitting

import (
	"strconv"
	"strings"

	"postlift"
)

// Param is one named model parameter.
type Param struct {
	Name  string
	Value float64
}

// ParamMap gives parameters by name.
func ParamMap(ps []Param) map[string]float64 {
	out := make(map[string]float64, len(ps))
	for _, p := range ps {
		out[p.Name] = p.Value
	}
	return out
}

// paramLimit bounds parameters from outside so that every prediction stays finite.
const paramLimit = 1e12

// CheckParams refuses missing and impossible parameters of a model with an Invalid fault.
func CheckParams(model string, names []string, params map[string]float64) error {
	for _, n := range names {
		v, ok := params[n]
		if !ok {
			return postlift.Faultf(postlift.Invalid, "fitting.CheckParams",
				"model %s needs the parameter %s; it has %s", model, n, strings.Join(names, ", "))
		}
		if !(v >= 1/paramLimit && v <= paramLimit) {
			return postlift.Faultf(postlift.Invalid, "fitting.CheckParams",
				"parameter %s=%g of model %s must lie between %g and %g", n, v, model, 1/paramLimit, paramLimit)
		}
	}
	return nil
}

// ParseParams reads "r=0.24,alpha=4.4,a=0.79,b=2.43".
func ParseParams(s string) (map[string]float64, error) {
	out := map[string]float64{}
	for _, part := range strings.Split(s, ",") {
		name, text, ok := strings.Cut(strings.TrimSpace(part), "=")
		name = strings.TrimSpace(name)
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if !ok || name == "" || err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "fitting.ParseParams",
				"%q is not a parameter of the form name=number; write for example r=0.24,alpha=4.4,a=0.79,b=2.43", part)
		}
		if _, twice := out[name]; twice {
			return nil, postlift.Faultf(postlift.Invalid, "fitting.ParseParams", "parameter %s is given twice", name)
		}
		out[name] = v
	}
	return out, nil
}

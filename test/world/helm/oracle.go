// Renders templates as Helm does: text/template, Sprig, and Helm's own functions include, toYaml, required and
// fail. Reads {"files": {name: text}, "render": [name], "data": …, "get": {name: text}}, prints the texts by name.
package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
)

type files map[string]string

func (f files) Get(name string) string { return f[name] }

func main() {
	var input struct {
		Files  map[string]string
		Render []string
		Data   map[string]interface{}
		Get    files
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		panic(err)
	}
	input.Data["Files"] = input.Get
	all := template.New("all").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out strings.Builder
		err := all.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["toYaml"] = func(value interface{}) (string, error) {
		out, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(out), "\n"), err
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	all.Funcs(functions)
	for name, text := range input.Files {
		template.Must(all.New(name).Parse(text))
	}
	printed := map[string]string{}
	for _, name := range input.Render {
		var out strings.Builder
		if err := all.ExecuteTemplate(&out, name, input.Data); err != nil {
			panic(err)
		}
		// Helm prints nothing for what there is not.
		printed[name] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	json.NewEncoder(os.Stdout).Encode(printed)
}

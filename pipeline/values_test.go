package pipeline

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestCSV: cells are what they look like, rows that are none are told of with their line, and those after them are read.
func TestCSV(t *testing.T) {
	rows := &csvValues{rows: csv.NewReader(strings.NewReader("\ufeffid,amount,\"a \"\"b\"\"\"\r\n" +
		"007,-1.5e3,\"x,\ny\"\n" + "1,,true\n" + "too,few\n" + "3,1,2,many\n" + "a\"b,1,2\n" + "1e999,Infinity,0x1\n" + "5,-,\"\"\n"))}
	var got []string
	for {
		value, number, err := rows.Next()
		if err == io.EOF {
			break
		}
		var bad *schemas.Unusable
		if errors.As(err, &bad) {
			got = append(got, fmt.Sprintf("%d %s", number, bad.Reason))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s", number, value))
	}
	want := []string{
		`2 {"id":"007","amount":-1.5e3,"a \"b\"":"x,\ny"}`, `4 {"id":1,"amount":null,"a \"b\"":true}`, "5 not_decodable", "6 not_decodable", "7 not_decodable",
		`8 {"id":"1e999","amount":"Infinity","a \"b\"":"0x1"}`, `9 {"id":5,"amount":"-","a \"b\"":null}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzCSV: any text is rows of JSON that can be read, bad ones, and an end.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,\"x\n\ny\"\n-0,1e400\n\"")
	f.Add("\xff,\ufeff\n\xff,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows := &csvValues{rows: csv.NewReader(strings.NewReader(text))}
		for range len(text) + 2 {
			value, _, err := rows.Next()
			var bad *schemas.Unusable
			switch {
			case errors.As(err, &bad):
			case err != nil:
				return
			case !json.Valid(value):
				t.Fatalf("%q is no JSON", value)
			default:
				if _, err := schemas.ParseValue(value); err != nil {
					t.Fatalf("%q: %v", value, err)
				}
			}
		}
		t.Error("there is no end")
	})
}

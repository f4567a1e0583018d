package kommo

import (
	"context"
	"net/http"
	"net/url"
)

// Account is who the token belongs to.
type Account struct {
	ID        int64
	Name      string
	Subdomain string
	// Currency in ISO 4217 and Language in ISO 639-1.
	Currency string
	Language string
	// DriveURL is the file host's address.
	DriveURL string
}

// Account reads the account. It serves as a health check and binds the configuration to an account's id.
func (c *Client) Account(ctx context.Context) (Account, error) {
	var out struct {
		ID        int64  `json:"id"`
		Name      string `json:"name"`
		Subdomain string `json:"subdomain"`
		Currency  string `json:"currency"`
		Language  string `json:"language"`
		DriveURL  string `json:"drive_url"`
	}
	err := c.do(ctx, call{
		name: "Account", method: http.MethodGet, path: "account", query: url.Values{"with": {"drive_url"}}, out: &out,
	})
	return Account(out), err
}

// Pipeline is a sales pipeline with its stages, in the order of the board.
type Pipeline struct {
	ID       int64
	Name     string
	Archived bool
	Stages   []Stage
}

// Stage is a column of a pipeline's board. Won and lost are 142 and 143 in every pipeline; other ids are unique.
type Stage struct {
	ID   int64
	Name string
	// Incoming is the stage of leads that nobody has accepted yet, which have no deal to sign.
	Incoming bool
}

// Pipelines lists all pipelines of the account: 50 at most.
func (c *Client) Pipelines(ctx context.Context) ([]Pipeline, error) {
	var out struct {
		Embedded struct {
			Pipelines []struct {
				ID       int64  `json:"id"`
				Name     string `json:"name"`
				Archived bool   `json:"is_archive"`
				Embedded struct {
					Statuses []struct {
						ID   int64  `json:"id"`
						Name string `json:"name"`
						Type int    `json:"type"`
					} `json:"statuses"`
				} `json:"_embedded"`
			} `json:"pipelines"`
		} `json:"_embedded"`
	}
	if err := c.do(ctx, call{name: "Pipelines", method: http.MethodGet, path: "leads/pipelines", out: &out}); err != nil {
		return nil, none(err)
	}
	pipelines := make([]Pipeline, 0, len(out.Embedded.Pipelines))
	for _, p := range out.Embedded.Pipelines {
		pipeline := Pipeline{ID: p.ID, Name: p.Name, Archived: p.Archived}
		for _, s := range p.Embedded.Statuses {
			pipeline.Stages = append(pipeline.Stages, Stage{ID: s.ID, Name: s.Name, Incoming: s.Type == 1})
		}
		pipelines = append(pipelines, pipeline)
	}
	return pipelines, nil
}

// none turns the empty answer of a list into no error.
func none(err error) error {
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}

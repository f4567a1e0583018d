package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// story is the demo's plot: it uses the simulators' control APIs as people would use the vendors' pages, and the
// product's JSON API as a platform would. It knows nothing of what is inside.
type story struct {
	gateway, kommo, skribble, yousign string
}

// deal is one of the demo's deals.
type deal struct {
	Title, Stage                      string
	FirstName, LastName, Email, Phone string
	Price                             int

	lead    int64
	request string
}

func deals() []*deal {
	return []*deal{
		{
			Title: "Wartung Rechenzentrum 2027", Stage: "Send contract (Skribble)", Price: 18400,
			FirstName: "Łucja", LastName: "Großmann", Email: "lucja.grossmann@example.com", Phone: "+4915112345678",
		},
		{
			Title: "Refonte du portail clients", Stage: "Send contract (Yousign)", Price: 32750,
			FirstName: "Éloïse", LastName: "Lefèvre", Email: "eloise.lefevre@example.com", Phone: "+33612345678",
		},
	}
}

// tell plays the story and prints it.
func (s *story) tell(ctx context.Context) error {
	start, all := time.Now(), deals()
	for _, vendor := range []string{s.skribble, s.yousign} {
		if err := s.call(ctx, http.MethodPost, vendor+"/_sim/auto", map[string]string{"sign_after": "300ms"}, nil); err != nil {
			return fmt.Errorf("have simulated signers sign: %w", err)
		}
	}
	for _, d := range all {
		if err := s.begin(ctx, d); err != nil {
			return fmt.Errorf("deal %q: %w", d.Title, err)
		}
		fmt.Printf("deal %d %q moved to %q\n", d.lead, d.Title, d.Stage)
	}
	request, err := s.order(ctx)
	if err != nil {
		return fmt.Errorf("a platform's request: %w", err)
	}
	won, proven := 0, 0
	var errs []error
	for _, d := range all {
		if err := s.follow(ctx, d); err != nil {
			errs = append(errs, fmt.Errorf("deal %d %q: %w", d.lead, d.Title, err))
			continue
		}
		won++
		isProven, err := s.timeline(ctx, d, start)
		if err != nil {
			errs = append(errs, fmt.Errorf("deal %d %q: %w", d.lead, d.Title, err))
		} else if isProven {
			proven++
		}
	}
	errs = append(errs, s.ordered(ctx, request))
	fmt.Printf("\ndemo: %d deals, %d won, %d proven\n", len(all), won, proven)
	if won != len(all) || proven != len(all) {
		errs = append(errs, errors.New("not every deal was won and proven"))
	}
	return errors.Join(errs...)
}

// begin creates a contact and a deal, and drags the deal to its stage.
func (s *story) begin(ctx context.Context, d *deal) error {
	var contact, lead struct {
		ID int64 `json:"id"`
	}
	err := s.call(ctx, http.MethodPost, s.kommo+"/_sim/contacts", map[string]any{
		"name": d.FirstName + " " + d.LastName, "first_name": d.FirstName, "last_name": d.LastName,
		"email": d.Email, "phone": d.Phone,
	}, &contact)
	if err != nil {
		return err
	}
	err = s.call(ctx, http.MethodPost, s.kommo+"/_sim/leads", map[string]any{
		"name": d.Title, "price": d.Price, "stage": "New", "contact_ids": []int64{contact.ID},
	}, &lead)
	if err != nil {
		return err
	}
	d.lead = lead.ID
	return s.call(ctx, http.MethodPost, fmt.Sprintf("%s/_sim/leads/%d/move", s.kommo, d.lead),
		map[string]string{"stage": d.Stage}, nil)
}

// follow waits until the deal is won, or until nothing can move it any more.
func (s *story) follow(ctx context.Context, d *deal) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	state := "not looked at yet"
	for {
		card, err := s.card(ctx, d.lead)
		if err != nil {
			return err
		}
		if known, err := s.known(ctx, d); err == nil {
			state = known
		}
		switch {
		case card.Lead.StatusID == 142:
			return nil
		case len(card.Tasks) > 0:
			return fmt.Errorf("a task was put on the card instead: %s", card.Tasks[0].Text)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not won in time; it is %s", state)
		case <-ticker.C:
		}
	}
}

// known asks the product how the deal stands, and finds its signature request.
func (s *story) known(ctx context.Context, d *deal) (string, error) {
	var known struct {
		Decision string `json:"decision"`
		Attempts []struct {
			SignatureRequest string `json:"signatureRequest"`
			State            string `json:"state"`
		} `json:"attempts"`
	}
	if err := s.call(ctx, http.MethodGet, fmt.Sprintf("%s/v1/accounts/acme/deals/%d", s.gateway, d.lead), nil, &known); err != nil {
		return "", err
	}
	if len(known.Attempts) == 0 {
		return known.Decision, nil
	}
	d.request = known.Attempts[0].SignatureRequest
	return known.Attempts[0].State, nil
}

type card struct {
	Lead struct {
		StatusID int64 `json:"status_id"`
	} `json:"lead"`
	Stage string     `json:"stage"`
	Notes []cardNote `json:"notes"`
	Tasks []struct {
		Text string `json:"text"`
	} `json:"tasks"`
	Files []struct {
		Name   string `json:"name"`
		Size   int64  `json:"size"`
		SHA256 string `json:"sha256"`
	} `json:"files"`
}

type cardNote struct {
	Type   string `json:"note_type"`
	Params struct {
		Text     string `json:"text"`
		FileName string `json:"file_name"`
		Original string `json:"original_name"`
	} `json:"params"`
}

func (n cardNote) text() string {
	for _, text := range []string{n.Params.Text, n.Params.FileName, n.Params.Original} {
		if text != "" {
			return strings.ReplaceAll(text, "\n", " ")
		}
	}
	return n.Type
}

func (s *story) card(ctx context.Context, lead int64) (card, error) {
	var c card
	err := s.call(ctx, http.MethodGet, fmt.Sprintf("%s/_sim/leads/%d", s.kommo, lead), nil, &c)
	return c, err
}

// call makes one HTTP call with a JSON body and decodes the JSON answer.
func (s *story) call(ctx context.Context, method, url string, body, answer any) error {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: status %d: %s", method, request.URL.Path, response.StatusCode, bytes.TrimSpace(raw))
	}
	if answer == nil || len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, answer)
}

func line(at time.Duration, kind, text string) {
	fmt.Fprintf(os.Stdout, "  %6.2fs  %-9s %s\n", at.Seconds(), kind, text)
}

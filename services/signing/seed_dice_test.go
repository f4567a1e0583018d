package signing_test

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// wish is the request that a seed is about.
type wish struct {
	in *signingv1.CreateSignatureRequestRequest
}

// wish throws the dice for vendor, level, signers, their order and all that comes with them.
func (s *seed) wish() wish {
	vendor := []string{atSkribble, atYousign}[s.dice.IntN(2)]
	level := documentv1.Level(1 + s.dice.IntN(3))
	r := &signingv1.SignatureRequest{
		Title: "Contract", Level: level, Legislation: documentv1.Legislation_LEGISLATION_EIDAS,
		Language: "de", Source: &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{Template: "templates/nda", Language: "de"}},
		Reference: "deal-7", RequiredVerdict: documentv1.Proof_VERDICT_ATTESTED_BY_PROVIDER,
	}
	if routed := s.chance(20); !routed {
		r.Provider = "providers/" + vendor
	}
	mixed := s.dice.IntN(3)
	var roles []string
	for i := range 1 + s.dice.IntN(3) {
		roles = append(roles, seedRoles()[i])
		r.Signers = append(r.Signers, s.signer(i, level, []int{0, 1 + i, 1 + i/2}[mixed], vendor))
	}
	s.extras(r, vendor, roles)
	return wish{&signingv1.CreateSignatureRequestRequest{RequestId: "create-1", SignatureRequest: r}}
}

func (s *seed) signer(i int, level documentv1.Level, group int, vendor string) *signingv1.Signer {
	signer := &signingv1.Signer{
		Role: seedRoles()[i], FirstName: "Ada", LastName: "Lovelace", Email: fmt.Sprintf("signer%d@example.org", i),
		PhoneNumber: fmt.Sprintf("+4179123456%d", i), OrderGroup: int32(group),
	}
	if level == documentv1.Level_LEVEL_QES {
		signer.OrderGroup = int32(1 + i) // Yousign asks for signers one after another
	}
	if level == documentv1.Level_LEVEL_AES && vendor == atYousign {
		signer.Authentication = signingv1.Signer_AUTHENTICATION_SMS_CODE
	}
	return signer
}

func (s *seed) extras(r *signingv1.SignatureRequest, vendor string, roles []string) {
	own := vendor == atYousign && r.GetProvider() != "" && r.GetLevel() == documentv1.Level_LEVEL_SES
	switch {
	case own && s.chance(30):
		r.Source = &signingv1.SignatureRequest_ProviderTemplate{ProviderTemplate: &signingv1.ProviderTemplateSource{Template: s.yousign.template(roles)}}
	case s.chance(30):
		r.Source = &signingv1.SignatureRequest_SourceDocument{SourceDocument: "documents/11111111-1111-4111-8111-111111111111"}
	}
	if s.chance(25) {
		r.Attachments = []string{"documents/22222222-2222-4222-8222-222222222222"}
	}
	if s.chance(25) {
		r.Observers = []*signingv1.Observer{{Email: seedObserver}}
	}
	if s.chance(40) {
		r.Reminders = &signingv1.Reminders{IntervalDays: int32(1 + s.dice.IntN(2)), MaxReminders: int32(1 + s.dice.IntN(3))}
	}
	if s.chance(40) {
		r.ExpireTime = timestamppb.New(time.Now().Add(time.Duration(2+s.dice.IntN(60)) * time.Hour))
	}
}

// step is one thing that happens while nothing else does.
func (s *seed) step() {
	now, next := s.due()
	_, _, open := s.some()
	switch n := s.dice.IntN(100); {
	case len(now) > 0 && (n < 40 || !open && n < 85):
		s.do(now[s.dice.IntN(len(now))])
	case n < 48 && !next.IsZero():
		s.tell("time passes until the next job")
		s.pass(time.Until(next))
	case n < 53:
		d := []time.Duration{time.Second, 30 * time.Second, 5 * time.Minute, time.Hour, 24 * time.Hour}[s.dice.IntN(5)]
		s.tell("%v pass", d)
		s.pass(d)
	case n < 57:
		s.tell("restarted")
		s.tally.restarts++
		s.restart()
	default:
		s.act()
	}
}

// act is something that a caller, a signer, a vendor or the network does.
func (s *seed) act() {
	s.collect()
	switch n := s.dice.IntN(100); {
	case n < 30:
		s.hint()
	case n < 70:
		s.sign()
	case n < 78:
		s.meddle()
	default:
		s.verb()
	}
}

// settle lets jobs run, each as soon as it is due, for so long and until none is left.
func (s *seed) settle(long time.Duration) {
	until := time.Now().Add(long)
	for range 600 {
		now, next := s.due()
		switch {
		case len(now) > 0:
			s.do(now[0])
		case next.IsZero() || next.After(until):
			s.pass(max(time.Until(until), 0))
			return
		default:
			s.pass(time.Until(next))
		}
	}
	s.violate("lost", "the jobs find no end")
}

// verb is one of a caller's.
func (s *seed) verb() {
	s.tally.verbs++
	all := s.requests()
	r := all[len(all)-1]
	if s.chance(20) {
		r = all[s.dice.IntN(len(all))]
	}
	ctx, id := context.Background(), fmt.Sprintf("verb-%d", s.tally.verbs)
	role := r.GetSigners()[s.dice.IntN(len(r.GetSigners()))].GetRole()
	var err error
	what := []string{"create again", "cancel", "remind", "update a signer", "reissue", "reissue", "reissue"}[s.dice.IntN(7)]
	switch what {
	case "create again":
		s.create()
		return
	case "cancel":
		if !s.chance(40) {
			return
		}
		_, err = s.captured.provider.CancelSignatureRequest(ctx, &signingv1.CancelSignatureRequestRequest{Name: r.GetName(), Reason: "lost", RequestId: id})
	case "remind":
		_, err = s.captured.provider.RemindSignatureRequest(ctx, &signingv1.RemindSignatureRequestRequest{Name: r.GetName(), RequestId: id})
	case "update a signer":
		_, err = s.captured.provider.UpdateSigner(ctx, &signingv1.UpdateSignerRequest{
			Name: r.GetName(), SignerRole: role, Email: proto.String(fmt.Sprintf("new%d@example.org", s.tally.verbs)), RequestId: id,
		})
	case "reissue":
		_, err = s.captured.provider.ReissueSignatureRequest(ctx, &signingv1.ReissueSignatureRequestRequest{Name: r.GetName(), RequestId: id})
	}
	s.tell("%s, attempt %d: %v", what, r.GetAttempt(), err)
}

// create asks for the request, once more when it was asked for before.
func (s *seed) create() {
	made, err := s.captured.provider.CreateSignatureRequest(context.Background(), proto.CloneOf(s.order.in))
	if err != nil {
		s.t.Fatalf("%s: not created: %v", s.name, err)
	}
	s.tell("create: at %s, %s", made.GetSignatureRequest().GetProvider(), made.GetSignatureRequest().GetState())
}

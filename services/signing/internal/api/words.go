package api

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/store"
)

func fromEvent(e store.Logged) *signingv1.Event {
	return &signingv1.Event{
		Position: e.Position, SignatureRequest: requestPrefix + e.Request, Reference: e.Reference,
		Type:  signingv1.Event_Type(signingv1.Event_Type_value["TYPE_"+string(e.Type)]),
		State: fromState(e.State), SignerRole: e.SignerRole, StateReason: e.StateReason,
		Verdict: fromVerdict(e.Verdict), ProvenLevel: fromLevel(e.ProvenLevel), EventTime: timestamppb.New(e.Time),
		Provider: providerName(e.Provider),
	}
}

// The enums carry the domain's words behind a prefix; a word without a twin becomes "not set".

func toLevel(l documentv1.Level) signature.Level {
	return signature.Level(strings.TrimPrefix(l.String(), "LEVEL_"))
}

func fromLevel(l signature.Level) documentv1.Level {
	return documentv1.Level(documentv1.Level_value["LEVEL_"+string(l)])
}

func toLegislation(l documentv1.Legislation) signature.Legislation {
	return signature.Legislation(strings.TrimPrefix(l.String(), "LEGISLATION_"))
}

func fromLegislation(l signature.Legislation) documentv1.Legislation {
	return documentv1.Legislation(documentv1.Legislation_value["LEGISLATION_"+string(l)])
}

func fromSignerState(s signature.SignerState) signingv1.Signer_State {
	return signingv1.Signer_State(signingv1.Signer_State_value["STATE_"+strings.ToUpper(string(s))])
}

func fromState(s signature.State) signingv1.SignatureRequest_State {
	return signingv1.SignatureRequest_State(signingv1.SignatureRequest_State_value["STATE_"+string(s)])
}

func fromVerdict(v signature.Verdict) documentv1.Proof_Verdict {
	return documentv1.Proof_Verdict(documentv1.Proof_Verdict_value["VERDICT_"+string(v)])
}

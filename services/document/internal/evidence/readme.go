package evidence

// readme is for whoever opens a package in ten years. A package keeps the text that it was made with.
const readme = `EVIDENCE PACKAGE

English
  This package proves one electronic signature request by itself.
  sent.pdf         what was sent to be signed
  signed.pdf       what came back
  audit-trail.pdf  the provider's protocol of the signing, if it issues one
  events.jsonl     what happened, one line for each event
  proof.json       what was checked when it was archived, and what came of it
  template.json    what sent.pdf was made from, if it was made here
  manifest.json    the SHA-256 of every file, in a chain
  Verify it without a network:  countersign verify PACKAGE.zip
  To trust the signers' certificates add:  --anchors CERTIFICATES.pem
  Whoever changes a file and manifest.json with it has another package that is
  intact in itself. So compare "head" and the SHA-256 that the command prints
  with what the archive noted for this package.
  It holds personal data of the signers.

Deutsch
  Dieses Paket beweist für sich allein einen elektronischen Signaturvorgang.
  Ohne Netz prüfen:  countersign verify PACKAGE.zip
  Wer eine Datei und dazu manifest.json ändert, hat ein anderes Paket, das in
  sich stimmt. Darum "head" und den SHA-256, die der Befehl ausgibt, mit dem
  vergleichen, was das Archiv zu diesem Paket vermerkt hat.
  Es enthält personenbezogene Daten.

Français
  Ce paquet prouve à lui seul une procédure de signature électronique.
  Vérifier sans réseau :  countersign verify PACKAGE.zip
  Qui modifie un fichier et manifest.json avec lui obtient un autre paquet,
  cohérent en soi. Il faut donc comparer « head » et le SHA-256 qu'affiche la
  commande avec ce que l'archive a noté pour ce paquet.
  Il contient des données personnelles.

Italiano
  Questo pacchetto prova da solo una procedura di firma elettronica.
  Verificare senza rete:  countersign verify PACKAGE.zip
  Chi modifica un file e con esso manifest.json ottiene un altro pacchetto,
  coerente in sé. Perciò confrontare «head» e lo SHA-256 che il programma
  mostra con quanto l'archivio ha annotato per questo pacchetto.
  Contiene dati personali.
`

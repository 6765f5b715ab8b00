package sandbox

import "strings"

// spanish holds the messages some source recorded in Spanish (#errors).
var spanish = map[string]string{
	"User doesn't belong to Workspace":       "Usuario no pertenece a Espacio de trabajo",
	"Project doesn't belong to Workspace":    "Proyecto no pertenece a Espacio de trabajo",
	"Client doesn't belong to Workspace":     "Cliente no pertenece a Espacio de trabajo",
	"Tag doesn't belong to Workspace":        "Etiqueta no pertenece a Espacio de trabajo",
	"Time entry doesn't belong to Workspace": "Entrada de tiempo no pertenece a Espacio de trabajo",
	"Access Denied":                          "Acceso denegado",
	"Api key does not exist":                 "La clave de API no existe",
	"Token is not valid":                     "El token no es válido",
	"Can't edit locked time entry.":          "No se puede editar una entrada de tiempo bloqueada.",
	"Can't edit approved time entry.":        "No se puede editar una entrada de tiempo aprobada.",
	"Too Many Requests":                      "Demasiadas solicitudes",
}

// localise puts a message into the language of the key's owner. One that was not recorded is answered with words that
// tell nothing, since nobody may read them.
func localise(lang, message string) string {
	if lang != "es" {
		return message
	}
	if text, known := spanish[message]; known {
		return text
	}
	if strings.HasPrefix(message, " ") {
		return message // only field names (#required-parts)
	}
	return "La solicitud no es válida"
}

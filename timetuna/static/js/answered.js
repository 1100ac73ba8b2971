// A page that answers a form [data-address] is come back to by an address of its own: browsers would ask first whether the
// form is to be sent again. What was typed is theirs to keep.
const address = document.getElementById("main")?.dataset.address;
if (address !== undefined) history.replaceState(history.state, "", address || location.href);

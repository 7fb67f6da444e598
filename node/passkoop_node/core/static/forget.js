// Nobody has entered here: what this device kept of the till goes. Visits that were not sent stay.
indexedDB.deleteDatabase("passkoop-caisse");

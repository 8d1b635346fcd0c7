-- What is written about a dossier is read as the dossier is (applications/reading.sql).

ALTER TABLE casework_thread ENABLE ROW LEVEL SECURITY;
CREATE POLICY joined ON casework_thread
  USING ((SELECT reads_dossiers()) OR application_id = ANY ((SELECT dossiers_joined())::bigint[]));

ALTER TABLE casework_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY joined ON casework_message
  USING ((SELECT reads_dossiers()) OR EXISTS (SELECT FROM casework_thread t WHERE t.id = thread_id));

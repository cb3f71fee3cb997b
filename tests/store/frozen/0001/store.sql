BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE artifact (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_artifact PRIMARY KEY (id), 
	CONSTRAINT uq_artifact_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_artifact_project_id_run_id_name UNIQUE (project_id, run_id, name), 
	CONSTRAINT fk_artifact_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_artifact_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "artifact" VALUES('312c275aaea0','99281e7aa231','0123456789ab','log.txt','39847d99987d56ac8a47250a9a702b80ea85bcdf1220404e08f6777373d921fd',10,1.79521054586341428753e+09);
CREATE TABLE attempt (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	number INTEGER NOT NULL, 
	folder VARCHAR(300) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	job_id VARCHAR(100), 
	worker JSON, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	ended VARCHAR(12), 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_attempt PRIMARY KEY (project_id, run_id, number), 
	CONSTRAINT fk_attempt_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_attempt_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "attempt" VALUES('99281e7aa231','0123456789ab',1,'runs/one','process',NULL,NULL,1.79521054560737705228e+09,NULL,NULL,'COMPLETED','');
CREATE TABLE batch (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	task VARCHAR(100) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_batch PRIMARY KEY (id), 
	CONSTRAINT uq_batch_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT fk_batch_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch" VALUES('ba0123456789','99281e7aa231','relax','','ada',1.79521054560782027239e+09);
CREATE TABLE batch_run (
	project_id VARCHAR(12) NOT NULL, 
	batch_id VARCHAR(12) NOT NULL, 
	position INTEGER NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	reused BOOLEAN NOT NULL, 
	CONSTRAINT pk_batch_run PRIMARY KEY (project_id, batch_id, position), 
	CONSTRAINT fk_batch_run_project_id_batch_id FOREIGN KEY(project_id, batch_id) REFERENCES batch (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch_run" VALUES('99281e7aa231','ba0123456789',0,'0123456789ab',0);
CREATE TABLE event (
	id INTEGER NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	at FLOAT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	kind VARCHAR(50) NOT NULL, 
	subject_id VARCHAR(12) NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (id), 
	CONSTRAINT fk_event_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "event" VALUES(1,'99281e7aa231',1.79521054559456920626e+09,'ada','structure.added','914f440fd155','{"name":"MgO","source":"MgO.cif","run":null}');
INSERT INTO "event" VALUES(2,'99281e7aa231',1.79521054581446528435e+09,'ada','structure.derived','f97af52d98c1','{"name":"MgO · relaxed","source":null,"run":"0123456789ab"}');
INSERT INTO "event" VALUES(3,'99281e7aa231',1.79521054592164015775e+09,'ada','values.imported','99281e7aa231','{"added":1,"source":null}');
CREATE TABLE material (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	phase_key VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	notes TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_material PRIMARY KEY (id), 
	CONSTRAINT uq_material_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_material_project_id_phase_key UNIQUE (project_id, phase_key), 
	CONSTRAINT fk_material_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "material" VALUES('707f6f928e33','99281e7aa231','MgO|225','MgO','MgO','',1.79521054559325408941e+09);
CREATE TABLE project (
	id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id), 
	CONSTRAINT uq_project_name UNIQUE (name)
);
INSERT INTO "project" VALUES('99281e7aa231','default',1.79521054516456890102e+09);
CREATE TABLE property_value (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12) NOT NULL, 
	structure_id VARCHAR(12), 
	run_id VARCHAR(12), 
	property VARCHAR(100) NOT NULL, 
	value FLOAT NOT NULL, 
	unit VARCHAR(30) NOT NULL, 
	uncertainty FLOAT, 
	uncertainty_kind VARCHAR(20) NOT NULL, 
	origin VARCHAR(12) NOT NULL, 
	method_name VARCHAR(100) NOT NULL, 
	method_version VARCHAR(100) NOT NULL, 
	method_recipe TEXT NOT NULL, 
	converged BOOLEAN NOT NULL, 
	in_domain BOOLEAN, 
	synthetic BOOLEAN NOT NULL, 
	conditions JSON NOT NULL, 
	source TEXT NOT NULL, 
	note TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_property_value PRIMARY KEY (id), 
	CONSTRAINT uq_property_value_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_property_value_project_id_fingerprint UNIQUE (project_id, fingerprint), 
	CONSTRAINT fk_property_value_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_property_value_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_property_value_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_property_value_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "property_value" VALUES('bf9b90a959e2','99281e7aa231','707f6f928e33','f97af52d98c1','0123456789ab','bulk_modulus',151.0,'GPa',3.0,'fit','computed','CHGNet','0.3.0','7 volumes',1,NULL,0,'{"temperature_K":0.0}','','','df64c655aa20e42b34874ff71c111ceec92232c9ce8950b4d88c1e193ce0f2c2','ada',1.79521054581471776957e+09);
INSERT INTO "property_value" VALUES('bcfc2056ad0c','99281e7aa231','707f6f928e33',NULL,NULL,'bulk_modulus',160.0,'GPa',NULL,'none','measured','literature','','',1,NULL,0,'{}','Sinogeikin 2000','','5fd3f5ce902a46e7b6c4414cdee540760d9e8374b3808be109996e69921a0eb5','ada',1.7952105459209809303e+09);
CREATE TABLE run (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	parent_id VARCHAR(12), 
	task VARCHAR(100) NOT NULL, 
	task_version VARCHAR(50) NOT NULL, 
	task_reference VARCHAR(500) NOT NULL, 
	params JSON NOT NULL, 
	identity JSON NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	active_key VARCHAR(64), 
	state VARCHAR(12) NOT NULL, 
	profile VARCHAR(100) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	priority INTEGER NOT NULL, 
	resources JSON NOT NULL, 
	retry JSON NOT NULL, 
	attempt INTEGER NOT NULL, 
	not_before FLOAT NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	owner VARCHAR(100), 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	summary JSON, 
	messages JSON, 
	converged BOOLEAN, 
	error JSON, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT uq_run_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_run_project_id_active_key UNIQUE (project_id, active_key), 
	CONSTRAINT fk_run_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run" VALUES('0123456789ab','99281e7aa231',NULL,'relax','1','','{"calculator":"chgnet"}','{"weights":"abc"}','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','COMPLETED','process','process',0,'{"cpus":1}','{"max_attempts":3}',1,0.0,0,NULL,'','ada',1.79521054560515403745e+09,1.79521054560375380518e+09,1.79521054560375404362e+09,'{"steps":7}','[]',1,NULL);
CREATE TABLE run_input (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	position INTEGER NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_run_input PRIMARY KEY (project_id, run_id, name, position), 
	CONSTRAINT fk_run_input_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_run_input_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_run_input_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run_input" VALUES('99281e7aa231','0123456789ab','structure',0,'914f440fd155');
CREATE TABLE structure (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	formula VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	chemical_system VARCHAR(200) NOT NULL, 
	n_elements INTEGER NOT NULL, 
	n_sites INTEGER NOT NULL, 
	periodic BOOLEAN NOT NULL, 
	ordered BOOLEAN NOT NULL, 
	space_group INTEGER, 
	space_group_symbol VARCHAR(20), 
	crystal_system VARCHAR(20), 
	density FLOAT, 
	volume_per_atom FLOAT, 
	dimensionality INTEGER, 
	digest VARCHAR(64) NOT NULL, 
	crystal_hash VARCHAR(64) NOT NULL, 
	record_key VARCHAR(100) NOT NULL, 
	original_format VARCHAR(20), 
	original_name VARCHAR(300), 
	parent_id VARCHAR(12), 
	run_id VARCHAR(12), 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	notes TEXT NOT NULL, 
	description JSON NOT NULL, 
	content JSON NOT NULL, 
	original_text TEXT, 
	CONSTRAINT pk_structure PRIMARY KEY (id), 
	CONSTRAINT uq_structure_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_structure_project_id_record_key UNIQUE (project_id, record_key), 
	CONSTRAINT fk_structure_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_structure_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_structure_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_structure_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "structure" VALUES('914f440fd155','99281e7aa231','707f6f928e33','MgO','Mg4 O4','MgO','-Mg-O-',2,8,1,1,225,'Fm-3m','cubic',3.5825846577400644044e+00,9.34060701599999809729e+00,3,'3c6868197bb5514ccb43c4a2bcdb79b73d1e65dee6075c40c0ce0942e5e2da6c','a9b58fca11b5f12c3d8831a93cc272d97ca0710b8a959dfff7d36583c037a130','crystal:a9b58fca11b5f12c3d8831a93cc272d97ca0710b8a959dfff7d36583c037a130','cif','MgO.cif',NULL,NULL,'ada',1.79521054559282088273e+09,'periclase','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.212,4.212,4.212,90.0,90.0,90.0],"conventional":[4.212,4.212,4.212],"volume":74.72485612799998,"volume_per_atom":9.340607015999998,"density":3.5825846577400644,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.212,0.0,0.0],[0.0,4.212,0.0],[0.0,0.0,4.212]],"pbc":[true,true,true]}}','data_MgO');
INSERT INTO "structure" VALUES('f97af52d98c1','99281e7aa231','707f6f928e33','MgO · relaxed','Mg4 O4','MgO','-Mg-O-',2,8,1,1,225,'Fm-3m','cubic',3.48734375726122758365e+00,9.595703125,3,'4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e','418b6a051011c29497ebc139d1ec4709483e96d439d757b1754f42ae22b5e38c','run:0123456789ab:4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e',NULL,NULL,'914f440fd155','0123456789ab','ada',1.7952105456105167865e+09,'','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.25,4.25,4.25,90.0,90.0,90.0],"conventional":[4.25,4.25,4.25],"volume":76.765625,"volume_per_atom":9.595703125,"density":3.4873437572612276,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.25,0.0,0.0],[0.0,4.25,0.0],[0.0,0.0,4.25]],"pbc":[true,true,true]}}',NULL);
CREATE TABLE tag (
	project_id VARCHAR(12) NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	tag VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_tag PRIMARY KEY (project_id, structure_id, tag), 
	CONSTRAINT fk_tag_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_tag_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "tag" VALUES('99281e7aa231','914f440fd155','rocksalt');
CREATE INDEX ix_material_name ON material (project_id, name);
CREATE INDEX ix_material_formula ON material (project_id, reduced_formula);
CREATE INDEX ix_run_key ON run (project_id, "key");
CREATE INDEX ix_run_created ON run (project_id, created_at);
CREATE INDEX ix_run_parent ON run (project_id, parent_id);
CREATE INDEX ix_run_state ON run (project_id, state, priority, created_at);
CREATE INDEX ix_run_finished ON run (project_id, finished_at);
CREATE INDEX ix_event_subject ON event (project_id, subject_id);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE INDEX ix_structure_name ON structure (project_id, name);
CREATE INDEX ix_structure_created ON structure (project_id, created_at);
CREATE INDEX ix_structure_run ON structure (project_id, run_id);
CREATE INDEX ix_structure_material ON structure (project_id, material_id);
CREATE INDEX ix_structure_crystal ON structure (project_id, crystal_hash);
CREATE INDEX ix_structure_parent ON structure (project_id, parent_id);
CREATE INDEX ix_structure_digest ON structure (project_id, digest);
CREATE INDEX ix_structure_formula ON structure (project_id, reduced_formula, space_group, volume_per_atom);
CREATE INDEX ix_batch_run_run ON batch_run (project_id, run_id);
CREATE INDEX ix_artifact_sha256 ON artifact (project_id, sha256);
CREATE INDEX ix_tag_tag ON tag (project_id, tag, structure_id);
CREATE INDEX ix_run_input_structure ON run_input (project_id, structure_id);
CREATE INDEX ix_value_run ON property_value (project_id, run_id);
CREATE INDEX ix_value_structure ON property_value (project_id, structure_id, property);
CREATE INDEX ix_value_material ON property_value (project_id, material_id, property);
CREATE INDEX ix_value_property ON property_value (project_id, property, value);
COMMIT;

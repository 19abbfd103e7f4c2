(** * Change of parameters, and composition of families *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Reparametrisation.
Variable F : realFieldType.

(** Under theta = psi(eta) the tangent space can only shrink, and it stays the same if D psi is onto at eta_0. *)
Theorem part_parameters p q d m m' (o : 'rV[F]_p -> 'rV[F]_d) (psi : 'rV[F]_q -> 'rV[F]_p) (e : 'rV_q)
    (D : 'M_(p, q)) (V : 'M_(m, d)) (W : 'M_(m', d)) :
  differential psi e D -> tangent_space o (psi e) V -> tangent_space (fun s => o (psi s)) e W ->
  (W <= V)%MS /\ (row_full D^T -> (W :=: V)%MS).
Proof.
move=> Dpsi [O Do VO] [P DP WP].
have PE : P = O *m D by apply: differential_unique DP (differential_comp Dpsi Do).
rewrite PE trmx_mul in WP; split; first by rewrite WP VO submxMl.
move=> fD; apply: eqmx_trans WP (eqmx_trans _ (eqmx_sym VO)).
exact: eqmxMfull.
Qed.

(** For families with T_theta0 = id that follow each other, the tangent space is the sum of theirs: first [T2] with parameter s2, then [T1] with parameter s1, then the encoder. *)
Theorem part_parameters_composition p q n d m1 m2 m (enc : 'rV[F]_n -> 'rV[F]_d)
    (T1 : 'rV[F]_p -> 'rV_n -> 'rV_n) (T2 : 'rV[F]_q -> 'rV_n -> 'rV_n) (t1 : 'rV_p) (t2 : 'rV_q) (x : 'rV_n)
    (E : 'M_(d, n)) (D : 'M_(n, p + n)) (V1 : 'M_(m1, d)) (V2 : 'M_(m2, d)) (V : 'M_(m, d)) :
  (forall y, T1 t1 y = y) -> (forall y, T2 t2 y = y) ->
  differential enc x E ->
  differential (fun sy : 'rV_(p + n) => T1 (lsubmx sy) (rsubmx sy)) (row_mx t1 x) D ->
  (exists D2, differential (fun s => T2 s x) t2 D2) ->
  tangent_space (fun s => enc (T1 s x)) t1 V1 ->
  tangent_space (fun s => enc (T2 s x)) t2 V2 ->
  tangent_space (fun s : 'rV_(p + q) => enc (T1 (lsubmx s) (T2 (rsubmx s) x))) (row_mx t1 t2) V ->
  (V :=: V1 + V2)%MS.
Proof.
move=> T1id T2id DE DT1 [D2 DT2] [O1 DO1 VO1] [O2 DO2 VO2] [O DO VO].
pose A := lsubmx D; pose B := rsubmx D.
have DAB : D = row_mx A B by rewrite hsubmxK.
have TT : T1 (lsubmx (row_mx t1 x)) (rsubmx (row_mx t1 x)) = x by rewrite row_mxKl row_mxKr T1id.
(* the inner maps *)
have i1 : differential (fun s : 'rV_p => row_mx s x) t1 (col_mx 1%:M 0).
  have := differential_affine (col_mx (1%:M : 'M[F]_p) (0 : 'M_(n, p))) (row_mx 0 x) t1.
  apply: differential_ext => s.
  by rewrite tr_col_mx trmx1 trmx0 mul_mx_row mulmx1 mulmx0 add_row_mx addr0 add0r.
have i3 : differential (fun s : 'rV_(p + q) => row_mx (lsubmx s) (T2 (rsubmx s) x)) (row_mx t1 t2)
            (block_mx 1%:M 0 0 D2).
  have rs : differential (fun s : 'rV_(p + q) => rsubmx s) (row_mx t1 t2) (row_mx 0 1%:M).
    apply: differential_ext (differential_linear _ _) => s.
    by rewrite -[s in LHS]hsubmxK tr_row_mx trmx0 trmx1 mul_row_col mulmx0 mulmx1 add0r.
  have DT2' : differential (fun s => T2 s x) (rsubmx (row_mx t1 t2)) D2 by rewrite row_mxKr.
  have r := differential_comp rs DT2'.
  have a1 := differential_comp r (differential_linear (col_mx (0 : 'M[F]_(p, n)) 1%:M) _).
  have a2 := differential_linear (block_mx (1%:M : 'M[F]_p) (0 : 'M_(p, q)) (0 : 'M_(n, p)) 0) (row_mx t1 t2).
  have := differential_add a2 a1; rewrite mulmxA.
  have -> : block_mx 1%:M 0 0 0 + col_mx 0 1%:M *m D2 *m row_mx 0 1%:M = block_mx 1%:M 0 0 D2 :> 'M[F]_(p + n, p + q).
    rewrite mul_col_mx mul0mx mul1mx mul_col_mx mul0mx mul_mx_row mulmx0 mulmx1.
    by rewrite -[col_mx 0 (row_mx 0 D2)]/(col_mx _ _) -row_mx0 -[col_mx _ _]/(block_mx _ _ _ _) add_block_mx !addr0 !add0r.
  apply: differential_ext => s.
  rewrite -{1}[s]hsubmxK tr_block_mx !trmx0 trmx1 mul_row_block !mulmx0 mulmx1 !addr0.
  by rewrite tr_col_mx trmx0 trmx1 mul_mx_row mulmx0 mulmx1 add_row_mx addr0 add0r.
have e1 : O1 = E *m (D *m col_mx 1%:M 0).
  apply: differential_unique DO1 _.
  have c := differential_comp (differential_comp i1 DT1) (_ : differential enc _ E).
  by apply: differential_ext (c _) => [s|]; rewrite ?row_mxKl ?row_mxKr ?T1id.
have e2 : O2 = E *m D2.
  by apply: differential_unique DO2 (differential_comp DT2 _); rewrite T2id.
have x12 : row_mx (lsubmx (row_mx t1 t2)) (T2 (rsubmx (row_mx t1 t2)) x) = row_mx t1 x.
  by rewrite row_mxKl row_mxKr T2id.
have e : O = E *m (D *m block_mx 1%:M 0 0 D2).
  apply: differential_unique DO _; rewrite -x12 in DT1.
  have c := differential_comp (differential_comp i3 DT1) (_ : differential enc _ E).
  by apply: differential_ext (c _) => [s|]; rewrite ?row_mxKl ?row_mxKr ?T2id ?T1id.
have e3 : E *m (D *m col_mx 0 1%:M) = E.
  have i2 : differential (fun y : 'rV_n => row_mx t1 y) x (col_mx 0 1%:M).
    have := differential_affine (col_mx (0 : 'M[F]_(p, n)) (1%:M : 'M_n)) (row_mx t1 0) x.
    apply: differential_ext => s.
    by rewrite tr_col_mx trmx1 trmx0 mul_mx_row mulmx1 mulmx0 add_row_mx addr0 add0r.
  refine (differential_unique (f := enc) (z := x) _ DE).
  have c := differential_comp (differential_comp i2 DT1) (_ : differential enc _ E).
  by apply: differential_ext (c _) => [s|]; rewrite ?row_mxKl ?row_mxKr ?T1id.
apply: eqmx_trans VO _; apply: eqmx_sym; apply: eqmx_trans (adds_eqmx VO1 VO2) _.
rewrite e e1 e2 -{2}e3 !mulmxA.
have -> : E *m D *m block_mx 1%:M 0 0 D2 = row_mx (E *m D *m col_mx 1%:M 0) (E *m D *m col_mx 0 1%:M *m D2).
  rewrite -[E *m D]hsubmxK mul_row_block !mul_row_col.
  by rewrite !mulmx0 !mulmx1 !addr0 !add0r.
by rewrite tr_row_mx; apply: addsmxE.
Qed.

(** Without onto it can shrink: theta = eta^3 at eta_0 = 0 leaves no direction of the orbit theta e1. *)
Lemma part_parameters_needs_onto :
  exists (o : 'rV[F]_1 -> 'rV[F]_1) (psi : 'rV[F]_1 -> 'rV[F]_1) (e : 'rV_1) (D V W : 'M_1),
  [/\ differential psi e D, tangent_space o (psi e) V, tangent_space (fun s => o (psi s)) e W,
      \rank V = 1%N & \rank W = 0%N].
Proof.
pose psi (s : 'rV[F]_1) : 'rV[F]_1 := (s 0 0 ^+ 3)%:M.
have Dpsi : differential psi 0 0.
  apply: (@differential_quadratic _ _ _ _ _ _ 1 1) => // v v1.
  rewrite /psi trmx0 mulmx0 subr0 add0r [(0 : 'rV_1) 0 0]mxE expr0n /= raddf0 subr0.
  have -> : norm1 v = `|v 0 0| by rewrite {1}[v]mx11_scalar norm1_scalar.
  have v0 : `|v 0 0| <= 1 by apply: le_trans (le_norm1 v 0 0) (ltW v1).
  by rewrite norm1_scalar mul1r normrX exprS ler_pimull // exprn_ge0.
exists id, psi, 0, 0, 1%:M, 0; split; rewrite ?mxrank1 ?mxrank0 //.
  by exists 1%:M; [apply: differential_id | rewrite trmx1].
by exists 0; rewrite ?trmx0.
Qed.

(** Two families that follow each other in the plane: translations along e1 and along e2; each tangent space is a line, and their sum is the plane. *)
Lemma part_parameters_composition_met :
  let e0 : 'rV[F]_2 := delta_mx 0 0 in let e1 : 'rV[F]_2 := delta_mx 0 1 in
  let T1 (s : 'rV[F]_1) (x : 'rV_2) := x + s *m e0 in let T2 (s : 'rV[F]_1) (x : 'rV_2) := x + s *m e1 in
  [/\ forall x, T1 0 x = x, forall x, T2 0 x = x,
      exists D, differential (fun sy : 'rV_(1 + 2) => T1 (lsubmx sy) (rsubmx sy)) (row_mx 0 0) D,
      tangent_space (fun s => T1 s 0) 0 e0 /\ tangent_space (fun s => T2 s 0) 0 e1 &
      tangent_space (fun s : 'rV_(1 + 1) => T1 (lsubmx s) (T2 (rsubmx s) 0)) (row_mx 0 0) (e0 + e1)%MS].
Proof.
move=> e0 e1 T1 T2; split.
- by move=> x; rewrite /T1 mul0mx addr0.
- by move=> x; rewrite /T2 mul0mx addr0.
- exists (row_mx e0^T 1%:M); apply: differential_ext (differential_linear _ _) => s.
  by rewrite tr_row_mx trmxK trmx1 -{1}[s]hsubmxK mul_row_col mulmx1 addrC.
- by split; [exists e0^T | exists e1^T]; rewrite ?trmxK //; apply: differential_line.
exists (row_mx e0^T e1^T); last by rewrite tr_row_mx !trmxK; apply: addsmxE.
apply: differential_ext (differential_linear _ _) => s.
by rewrite tr_row_mx !trmxK -{1}[s]hsubmxK mul_row_col /T1 /T2 add0r addrC.
Qed.

End Reparametrisation.
